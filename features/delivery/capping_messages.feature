Feature: Capping messages
  Nobody gets more messages than a cap allows, all campaigns together.

  Scenario: Whoever has had enough is skipped
    Given 20 people with a mail address
    And a cap of 1 message in 7 days
    When the campaign is started
    Then the run is completed
    And 20 mails have arrived, each person's once
    When 3 people are new and a second campaign with the same cap is started
    Then the run is completed
    And 3 people got it and 20 were skipped for "frequency_cap"
    And the trace of one of them tells of the cap
    And asked whether one of them would get it the answer is "frequency_cap"
