using System.ComponentModel.DataAnnotations;

namespace Harbor.Gateway.Broker;

/// <summary>Limits and times of the service broker.</summary>
public sealed class BrokerOptions
{
    /// <summary>The answer to a request without a version header. Default 400, as the API has it since 2.16; 412 for the public checkers, which predate that.</summary>
    [AllowedValues(400, 412)]
    public int MissingVersionStatus { get; set; } = 400;

    /// <summary>
    /// Versions 2.N of the API below this N are refused with 412. Default 0, none: minor versions only add, and Harbor needs nothing that was added.
    /// For operators whose platforms must use what a later one has, such as the rotation of bindings (17).
    /// </summary>
    [Range(0, 17)]
    public int LowestMinorVersion { get; set; }

    /// <summary>Service instances that one organization may have. Default 100: a leaking pipeline should not eat a pool of 5,001 ports.</summary>
    [Range(1, 1_000_000)]
    public int InstancesPerOrganization { get; set; } = 100;

    /// <summary>From acceptance to roll-back of an asynchronous operation. Default 2 min: a worker's restart fits in, and it is far below the platform's patience.</summary>
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The same where the platform waits for the answer. Default 20 s: well below the 60 s after which Cloud Controller gives up.</summary>
    public TimeSpan SynchronousTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a request that allows an asynchronous answer waits for a final one. Default 1 s: most operations end in milliseconds, and polling costs the platform a minute.</summary>
    public TimeSpan Moment { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long bus and store may take before the platform is told 503. Default 3 s: the promise is an answer in under 5 s.</summary>
    public TimeSpan DependencyTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>What the catalog promises as the longest operation. Default 10 min; longer than any timeout here.</summary>
    public TimeSpan MaximumPollingDuration { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the end of a delete is answered with success before it is 410. Default 1 day: Cloud Controller may poll rarely, but not that rarely.</summary>
    public TimeSpan RememberEnds { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long deleted and failed things are known at all. Default 8 days: longer than the 7 days for which Cloud Controller may poll.</summary>
    public TimeSpan ForgetAfter { get; set; } = TimeSpan.FromDays(8);

    /// <summary>How many ports are tried where workers cannot open them. Default 5: one foreign process on a port is usual, five in a row are a broken worker.</summary>
    [Range(1, 100)]
    public int AllocationAttempts { get; set; } = 5;

    /// <summary>First pause before something that may have been lost is asked again. Default 2 s, doubling: normal answers take milliseconds.</summary>
    public TimeSpan FirstResend { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest such pause. Default 15 s: so soon after an outage everything moves again.</summary>
    public TimeSpan LongestResend { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a deprovision waits for workers to close a released port. Default 5 s: the port is out of use then, quarantine protects the next owner.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the store is looked through for work that nobody drives. Default 1 s: it reads two small indexes.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often ports, instances and bindings are compared with each other. Default 1 min: it reads every port and binding, and finds something only after a fault.</summary>
    public TimeSpan OrphanInterval { get; set; } = TimeSpan.FromMinutes(1);
}
