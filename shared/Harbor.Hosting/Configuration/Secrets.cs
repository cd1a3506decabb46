using System.ComponentModel;
using System.Reflection;

namespace Harbor.Hosting.Configuration;

/// <summary>What must not be shown, and how it is shown instead.</summary>
internal static class Secrets
{
    public const string Mask = "********";

    /// <summary>Marked with <see cref="SecretAttribute"/>, or with the framework's <see cref="PasswordPropertyTextAttribute"/> where this library is not known (Harbor.State).</summary>
    public static bool IsSecret(PropertyInfo property) =>
        property.IsDefined(typeof(SecretAttribute)) || property.GetCustomAttribute<PasswordPropertyTextAttribute>()?.Password == true;
}
