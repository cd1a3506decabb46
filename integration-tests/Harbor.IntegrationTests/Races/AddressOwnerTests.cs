namespace Harbor.IntegrationTests.Races;

/// <summary>What the referee of the race lets pass, and what not. The numbers are the order in which connections were accepted.</summary>
public sealed class AddressOwnerTests
{
    private readonly AddressOwner _owner = new("connection", 'A');

    public AddressOwnerTests()
    {
        _owner.Expect('A');
        Came('A', 1, 2);
        _owner.Expect('B');
    }

    [Fact]
    public void Next_AfterTheOwnersLast_TakesOver()
    {
        Came('B', 4);
        Came('A', 3);
        Came('B', 5, 6);

        _owner.Wrong.ShouldBeEmpty();
    }

    [Fact]
    public void Next_AmongTheOwners_IsWrong()
    {
        Came('A', 5);
        Came('B', 4);

        _owner.Wrong.ShouldHaveSingleItem().ShouldBe("connection #5 for A came after #4 for B");
    }

    [Fact]
    public void Owner_AmongTheFormers_IsWrong()
    {
        Came('B', 6);
        Came('A', 5);
        Came('B', 4);

        _owner.Wrong.ShouldHaveSingleItem().ShouldBe("connection #5 for A came after #4 for B");
    }

    [Fact]
    public void Former_AfterTheNextOnesFirst_IsWrong_AndAnsweredByTheOwner()
    {
        Came('B', 4);

        _owner.Answer('A', 5).ShouldBe('B');

        _owner.Wrong.ShouldHaveSingleItem().ShouldBe("connection #5 for A is at B, who is here since #4");
    }

    /// <summary>One that was accepted before the address changed hands, and read after the next change was announced, is no sign of that change.</summary>
    [Fact]
    public void Former_ReadLate_TakesNothingOver()
    {
        Came('B', 4);
        _owner.Expect('A');
        Came('A', 3);

        Came('B', 5, 6);
        Came('A', 7);

        _owner.Wrong.ShouldBeEmpty();
    }

    [Fact]
    public void OneOfTwoChangesAgo_ReadLate_IsNotOfTheOwnersTime()
    {
        Came('B', 5, 7);
        _owner.Expect('A');
        Came('A', 8);

        Came('A', 3);
        Came('B', 6);

        _owner.Wrong.ShouldBeEmpty();
    }

    private void Came(char letter, params long[] numbers)
    {
        foreach (var number in numbers)
        {
            _owner.Answer(letter, number).ShouldBe(letter);
        }
    }
}
