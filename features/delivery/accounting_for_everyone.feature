Feature: Accounting for everyone
  The audience is the sum of where its people are, at every instant.

  Scenario: People who cannot or must not be reached
    Given 30 people with a mail address
    And 5 people without any address
    And 4 people who have unsubscribed from e-mail
    And a holdout of 20 percent
    When the campaign is started
    Then the run is completed
    And everybody of the 39 is accounted for
    And those without an address are skipped with the reason no_address
    And those who unsubscribed are skipped with the reason suppressed_unsubscribed
    And nobody in the holdout has got a mail
