"""Files generated from the code: schemas, AsyncAPI, manifests, tables of settings."""
