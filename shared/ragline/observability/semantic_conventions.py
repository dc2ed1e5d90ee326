"""Names of spans' attributes: OpenTelemetry's semantic conventions, all of them pinned here.

Those of generative models and of messaging are not stable yet: a newer version is adopted by
changing this module, and `SCHEMA_URL` tells readers of traces which one they see. No attribute
holds the text of a question, a document or an answer.
"""

from __future__ import annotations

SCHEMA_URL = "https://opentelemetry.io/schemas/1.37.0"

ERROR_TYPE = "error.type"

HTTP_METHOD = "http.request.method"
HTTP_ROUTE = "http.route"
HTTP_STATUS = "http.response.status_code"

MESSAGING_SYSTEM = "messaging.system"
MESSAGING_DESTINATION = "messaging.destination.name"
MESSAGING_PARTITION = "messaging.destination.partition.id"
MESSAGING_OFFSET = "messaging.kafka.offset"
MESSAGING_OPERATION = "messaging.operation.name"
MESSAGING_OPERATION_TYPE = "messaging.operation.type"
MESSAGING_BODY_SIZE = "messaging.message.body.size"
KAFKA = "kafka"

DB_SYSTEM = "db.system.name"
DB_OPERATION = "db.operation.name"
DB_COLLECTION = "db.collection.name"

GEN_AI_OPERATION = "gen_ai.operation.name"
GEN_AI_PROVIDER = "gen_ai.provider.name"
GEN_AI_REQUEST_MODEL = "gen_ai.request.model"
GEN_AI_REQUEST_MAX_TOKENS = "gen_ai.request.max_tokens"
GEN_AI_RESPONSE_MODEL = "gen_ai.response.model"
GEN_AI_INPUT_TOKENS = "gen_ai.usage.input_tokens"
GEN_AI_OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
CHAT = "chat"
EMBEDDINGS = "embeddings"
# a server that speaks OpenAI's API, whoever runs it
OPENAI = "openai"

# Ragline's own
OWN = "ragline."
KEY = "ragline.key"
OUTCOME = "ragline.outcome"
ATTEMPT = "ragline.attempt"
TEXTS = "ragline.texts"
