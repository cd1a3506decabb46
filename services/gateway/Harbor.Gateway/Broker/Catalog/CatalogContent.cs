using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Harbor.Gateway.Broker.Parameters;
using Microsoft.Extensions.Options;

namespace Harbor.Gateway.Broker.Catalog;

/// <summary>The catalog as it is sent, made once: it changes with the configuration alone, and its tag with it.</summary>
internal sealed class CatalogContent
{
    public CatalogContent(PlanCatalog catalog, IOptions<GatewayOptions> options, TimeProvider time)
    {
        var offering = new JsonObject
        {
            ["id"] = ServiceOffering.Id,
            ["name"] = ServiceOffering.Name,
            ["description"] = ServiceOffering.Description,
            ["tags"] = Texts(ServiceOffering.Tags),
            ["bindable"] = true,
            ["instances_retrievable"] = true,
            ["bindings_retrievable"] = true,
            ["allow_context_updates"] = true,
            ["plan_updateable"] = false,
            ["metadata"] = new JsonObject
            {
                ["displayName"] = "Harbor",
                ["longDescription"] = "An external TCP or UDP port of the platform's edge, relayed to the instances of the bound applications.",
                ["shareable"] = true,
            },
            ["plans"] = new JsonArray([.. catalog.Plans.Select(plan => PlanOf(plan, options.Value.Broker))]),
        };
        Bytes = System.Text.Encoding.UTF8.GetBytes(new JsonObject { ["services"] = new JsonArray(offering) }.ToJsonString());
        var now = time.GetUtcNow();
        ModifiedAt = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
        Tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Bytes))[..32]}\"";
    }

    public byte[] Bytes { get; }

    /// <summary>The entity tag: equal for equal content, also over restarts and gateways.</summary>
    public string Tag { get; }

    /// <summary>Since when this gateway knows it to be as it is, in whole seconds, as HTTP has dates.</summary>
    public DateTimeOffset ModifiedAt { get; }

    private static JsonObject PlanOf(PlanOptions plan, BrokerOptions broker)
    {
        var shown = new JsonObject
        {
            ["id"] = plan.Id,
            ["name"] = plan.Name,
            ["description"] = plan.Description,
            ["free"] = plan.Free,
            ["bindable"] = plan.Bindable,
            ["plan_updateable"] = false,
            ["binding_rotatable"] = plan.BindingRotatable,
            ["maximum_polling_duration"] = (int)broker.MaximumPollingDuration.TotalSeconds,
            ["metadata"] = new JsonObject { ["displayName"] = plan.Name },
            ["schemas"] = new JsonObject
            {
                ["service_instance"] = new JsonObject
                {
                    ["create"] = new JsonObject { ["parameters"] = ParameterSchemas.Provision.DeepClone() },
                    ["update"] = new JsonObject { ["parameters"] = ParameterSchemas.Update.DeepClone() },
                },
                ["service_binding"] = new JsonObject { ["create"] = new JsonObject { ["parameters"] = ParameterSchemas.Bind.DeepClone() } },
            },
        };
        if (plan.MaintenanceVersion is { } version)
        {
            var maintenance = new JsonObject { ["version"] = version };
            if (plan.MaintenanceDescription is { } description)
            {
                maintenance["description"] = description;
            }

            shown["maintenance_info"] = maintenance;
        }

        return shown;
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
