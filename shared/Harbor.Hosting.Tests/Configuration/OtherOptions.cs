using System.ComponentModel.DataAnnotations;

namespace Harbor.Hosting.Tests.Configuration;

public sealed class OtherOptions
{
    [Range(1, 65535)]
    public int Count { get; set; } = 1;

    [Required]
    [Secret]
    [MinLength(20)]
    public string? Key { get; set; }
}
