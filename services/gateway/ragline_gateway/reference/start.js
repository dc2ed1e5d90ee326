// Shows the OpenAPI document with Swagger UI, which the page has loaded before.

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  validatorUrl: null, // it would send the document's address to a foreign server
});
