using Harbor.Hosting.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Harbor.Hosting;

public static class HarborOptionsExtensions
{
    /// <summary>
    /// Binds <typeparamref name="TOptions"/> to a section, e.g. <c>Harbor:Node</c>. Wrong types, broken annotations (<c>[Required]</c>, <c>[Range]</c> …)
    /// and failures of <see cref="IValidateOptions{TOptions}"/> are all found at start and reported together. Idempotent.
    /// </summary>
    public static OptionsBuilder<TOptions> AddHarborOptions<TOptions>(this IHostApplicationBuilder builder, string section)
        where TOptions : class
    {
        var options = builder.Services.AddOptions<TOptions>();
        if (builder.Services.Any(service => service.ImplementationInstance is OptionsSection known && known.Type == typeof(TOptions) && known.Path == section))
        {
            return options;
        }

        builder.Services.AddSingleton(new OptionsSection(typeof(TOptions), section));
        return options.Bind(builder.Configuration.GetSection(section));
    }
}
