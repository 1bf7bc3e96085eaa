Feature: Forgetting a person
  Somebody asks to be forgotten. Within a minute nothing in the service tells who they were, and every count stays as it
  was: there was a person, they got the message, they clicked; who it was nobody knows any more.

  Scenario: Everything that led to a person is gone within a minute
    Given 20 people with a mail address
    And one of them with a name, a telephone and a push token of her own
    And she stands on a list, in a segment and among the named people of a campaign
    When campaigns by e-mail and by push are sent to everybody
    And she opens, clicks and orders, and a provider complains about her address
    And a preview for her is asked for, and a dry run tells why she gets no more
    And the first campaign is archived
    And the operator has her forgotten
    Then within 60 seconds who listens to the events is told, once for each campaign, which messages were hers
    And within 60 seconds nothing in tables, streams, files and logs leads to her
    And every figure of every campaign is as it was
    And a third campaign reaches all the others

  Scenario: Who was forgotten does not come back
    Given 20 people with a mail address
    And one of them with a name, a telephone and a push token of her own
    When the system of user accounts tells that she is gone
    And the same people are uploaded once more
    And the campaign is started
    Then the run is completed
    And 20 mails have arrived, each person's once

  Scenario: A restored backup brings nobody back
    Given 20 people with a mail address
    And one of them with a name, a telephone and a push token of her own
    And a backup of the people is made
    When she has been forgotten
    And the backup is restored, which knows her again
    And the erasures are applied again
    Then within 60 seconds nothing in tables, streams, files and logs leads to her
