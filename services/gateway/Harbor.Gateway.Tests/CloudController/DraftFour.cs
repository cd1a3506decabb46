using System.Text.Json.Nodes;

namespace Harbor.Gateway.Tests.CloudController;

/// <summary>The meta-schema of JSON Schema draft-04, by which platforms check the schemas of a catalog.</summary>
internal static class DraftFour
{
    private const string Text = """
        {
          "$schema": "http://json-schema.org/draft-04/schema#",
          "definitions": {
            "schemaArray": { "type": "array", "minItems": 1, "items": { "$ref": "#" } },
            "positiveInteger": { "type": "integer", "minimum": 0 },
            "simpleTypes": { "enum": ["array", "boolean", "integer", "null", "number", "object", "string"] },
            "stringArray": { "type": "array", "items": { "type": "string" }, "minItems": 1, "uniqueItems": true }
          },
          "type": "object",
          "properties": {
            "id": { "type": "string" },
            "$schema": { "type": "string" },
            "title": { "type": "string" },
            "description": { "type": "string" },
            "default": {},
            "multipleOf": { "type": "number", "minimum": 0, "exclusiveMinimum": true },
            "maximum": { "type": "number" },
            "exclusiveMaximum": { "type": "boolean" },
            "minimum": { "type": "number" },
            "exclusiveMinimum": { "type": "boolean" },
            "maxLength": { "$ref": "#/definitions/positiveInteger" },
            "minLength": { "$ref": "#/definitions/positiveInteger" },
            "pattern": { "type": "string" },
            "additionalItems": { "anyOf": [{ "type": "boolean" }, { "$ref": "#" }] },
            "items": { "anyOf": [{ "$ref": "#" }, { "$ref": "#/definitions/schemaArray" }] },
            "maxItems": { "$ref": "#/definitions/positiveInteger" },
            "minItems": { "$ref": "#/definitions/positiveInteger" },
            "uniqueItems": { "type": "boolean" },
            "maxProperties": { "$ref": "#/definitions/positiveInteger" },
            "minProperties": { "$ref": "#/definitions/positiveInteger" },
            "required": { "$ref": "#/definitions/stringArray" },
            "additionalProperties": { "anyOf": [{ "type": "boolean" }, { "$ref": "#" }] },
            "definitions": { "type": "object", "additionalProperties": { "$ref": "#" } },
            "properties": { "type": "object", "additionalProperties": { "$ref": "#" } },
            "patternProperties": { "type": "object", "additionalProperties": { "$ref": "#" } },
            "enum": { "type": "array", "minItems": 1, "uniqueItems": true },
            "type": { "anyOf": [{ "$ref": "#/definitions/simpleTypes" }, { "type": "array", "items": { "$ref": "#/definitions/simpleTypes" }, "minItems": 1, "uniqueItems": true }] },
            "allOf": { "$ref": "#/definitions/schemaArray" },
            "anyOf": { "$ref": "#/definitions/schemaArray" },
            "oneOf": { "$ref": "#/definitions/schemaArray" },
            "not": { "$ref": "#" }
          }
        }
        """;

    private static readonly Task<NJsonSchema.JsonSchema> _meta = NJsonSchema.JsonSchema.FromJsonAsync(Text);

    public static async Task<List<string>> FaultsOfAsync(JsonNode schema) => [.. (await _meta).Validate(schema.ToJsonString()).Select(fault => fault.ToString())];
}
