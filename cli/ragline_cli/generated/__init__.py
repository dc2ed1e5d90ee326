"""What is made from the code: schemas, AsyncAPI, manifests, tables of settings."""
