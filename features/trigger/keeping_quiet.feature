Feature: Keeping quiet
  Nobody is disturbed at night, by their own clock; what would disturb them waits for the morning, or is left out.

  Background:
    Given 2 people with a mail address
    And it is night for the first person
    And it is day for the second person

  Scenario: What would disturb somebody waits for the end of the quiet hours
    Given a campaign that welcomes those who sign up, not at night
    When the campaign is activated
    And the first person signs up
    And the second person signs up
    Then the second person gets 1 mail
    And the history says of the first person "held"
    And what is held for the first person is due when their night is over
    And the first person gets no mail

  Scenario: What would disturb somebody is left out
    Given a campaign that welcomes those who sign up, but never at night
    When the campaign is activated
    And the first person signs up
    And the second person signs up
    Then the second person gets 1 mail
    And the history says of the first person "quiet_hours"
    And the first person gets no mail
