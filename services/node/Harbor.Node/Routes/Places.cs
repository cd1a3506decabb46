namespace Harbor.Node.Routes;

/// <summary>Lists whose members know their place in them, so that one leaves without a search.</summary>
internal static class Places
{
    public static void Add(AppRoutes app, Instance instance)
    {
        instance.PlaceInApp = app.Instances.Count;
        app.Instances.Add(instance);
    }

    public static void Remove(AppRoutes app, Instance instance)
    {
        var last = app.Instances[^1];
        app.Instances[instance.PlaceInApp] = last;
        last.PlaceInApp = instance.PlaceInApp;
        app.Instances.RemoveAt(app.Instances.Count - 1);
    }

    public static void Add(DeaRoutes dea, Instance instance)
    {
        instance.PlaceInDea = dea.Instances.Count;
        dea.Instances.Add(instance);
    }

    public static void Remove(DeaRoutes? dea, Instance instance)
    {
        if (dea is null)
        {
            return;
        }

        var last = dea.Instances[^1];
        dea.Instances[instance.PlaceInDea] = last;
        last.PlaceInDea = instance.PlaceInDea;
        dea.Instances.RemoveAt(dea.Instances.Count - 1);
        instance.Dea = null;
    }
}
