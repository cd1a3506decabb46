using System.ComponentModel;
using System.Reflection;
using System.Text.RegularExpressions;

namespace Harbor.Hosting.Configuration;

/// <summary>What must not be shown, and how it is shown instead.</summary>
internal static partial class Secrets
{
    public const string Mask = "********";

    /// <summary>Marked with <see cref="SecretAttribute"/>, or with the framework's <see cref="PasswordPropertyTextAttribute"/> where this library is not known (Harbor.State).</summary>
    public static bool IsSecret(PropertyInfo property) =>
        property.IsDefined(typeof(SecretAttribute)) || property.GetCustomAttribute<PasswordPropertyTextAttribute>()?.Password == true;

    /// <summary>A text with the password of any URL in it masked: <c>mongodb://user:********@host</c>.</summary>
    public static string Redacted(string text) => UserInformation().Replace(text, "$1" + Mask + "@");

    [GeneratedRegex("(://[^/@\\s:]*:)[^/\\s]*@")]
    private static partial Regex UserInformation();
}
