api-docs-title = The API
api-docs-intro = Every operation of this server. The OpenAPI 3.1 description for programs:
