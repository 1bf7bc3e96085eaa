Feature: Answering an event
  What somebody does makes a campaign write to them, once, and the history says of every event what became of it.

  Background:
    Given 3 people with a mail address
    And a campaign that welcomes those who sign up

  Scenario: A welcome mail follows a sign-up
    When the campaign is activated
    And the first person signs up
    Then the first person gets 1 mail
    And the history says of the first person "fired"
    And everybody in every run is accounted for

  Scenario: The same event told twice acts once
    When the campaign is activated
    And the first person signs up
    And the first person gets 1 mail
    And the same event is told again
    Then the history says of the first person "already_triggered"
    And the first person gets 1 mail

  Scenario: Other events change nothing
    When the campaign is activated
    And the first person does something else
    And the second person signs up
    Then the second person gets 1 mail
    And the first person gets no mail
    And the history says nothing of the first person

  Scenario: Before it is active a campaign answers nothing
    When the first person signs up
    And the campaign is activated
    And the second person signs up
    Then the second person gets 1 mail
    And the first person gets no mail

  Scenario: An event service tells of the sign-up
    When the campaign is activated
    And the event service tells that the first person signed up, twice
    Then the first person gets 1 mail
    And the history lists for the first person "fired"

  Scenario: The answer names what they did
    Given its subject is "Here is {{ event.plan }}, {{ event.nickname | default: 'friend' }}"
    When the campaign is activated
    And the event service tells that the first person signed up, twice
    And the first person gets 1 mail
    Then the mail says "Here is gold, friend"
