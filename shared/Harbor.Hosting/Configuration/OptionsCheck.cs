using Harbor.Hosting.Listening;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Harbor.Hosting.Configuration;

/// <summary>Checks every options class of the process before the host starts, and reports all problems of all of them at once.</summary>
internal static class OptionsCheck
{
    public static void ThrowIfAnyInvalid(IServiceProvider services)
    {
        var configuration = services.GetRequiredService<IConfiguration>();
        var problems = ListenUrls.Problems(configuration, services.GetRequiredService<HarborModules>().All).ToList();
        var misfits = new HashSet<Type>();
        var sections = services.GetServices<OptionsSection>().ToList();
        foreach (var section in sections)
        {
            var found = SectionTypes.Problems(configuration.GetSection(section.Path), section.Type).ToList();
            if (found.Count > 0)
            {
                // Binding would throw at the first of them; what can be said about this class has been said.
                misfits.Add(section.Type);
                problems.AddRange(found);
            }
        }

        foreach (var section in sections.Where(section => !misfits.Contains(section.Type)))
        {
            if (Resolve(services, section.Type, problems) is { } options)
            {
                problems.AddRange(Annotations.Problems(section.Path, options));
            }
        }

        foreach (var type in Foreign(services))
        {
            Resolve(services, type, problems);
        }

        if (problems.Count > 0)
        {
            throw new HarborStartException(ExitCodes.Configuration, [.. problems.Distinct()]);
        }
    }

    /// <summary>The options if they are valid, for what must be made before <see cref="ThrowIfAnyInvalid"/> has its say.</summary>
    public static TOptions? TryGet<TOptions>(IServiceProvider services)
        where TOptions : class => Resolve(services, typeof(TOptions), []) as TOptions;

    /// <summary>Options of our own that another way than AddHarborOptions registered, with a validator: those of Harbor.State, which knows no Hosting.</summary>
    public static IEnumerable<Type> Foreign(IServiceProvider services) => services.GetRequiredService<IServiceCollection>()
        .Select(service => service.ServiceType)
        .Where(type => type.IsConstructedGenericType && type.GetGenericTypeDefinition() == typeof(IValidateOptions<>))
        .Select(type => type.GetGenericArguments()[0])
        .Where(type => type.Namespace?.StartsWith("Harbor.", StringComparison.Ordinal) == true)
        .Except(services.GetServices<OptionsSection>().Select(section => section.Type));

    private static object? Resolve(IServiceProvider services, Type type, List<string> problems)
    {
        try
        {
            var options = services.GetRequiredService(typeof(IOptions<>).MakeGenericType(type));
            return options.GetType().GetProperty(nameof(IOptions<>.Value))!.GetValue(options, System.Reflection.BindingFlags.DoNotWrapExceptions, null, null, null);
        }
        catch (OptionsValidationException exception)
        {
            problems.AddRange(exception.Failures);
        }
        catch (InvalidOperationException exception)
        {
            // The binder: its message names the key and the value.
            problems.Add(exception.Message);
        }

        return null;
    }
}
