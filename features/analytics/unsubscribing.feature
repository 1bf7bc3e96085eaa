Feature: Unsubscribing
  One click is enough, and looking is not a click.

  Background:
    Given "Spring" was sent to 3 people

  Scenario: One click
    When the first person unsubscribes with one click
    Then the first person is on the list of people not to be written to
    And "Spring" counts 1 person who unsubscribed

  Scenario: Clicking again
    When the first person unsubscribes with one click
    And the first person unsubscribes with one click
    Then "Spring" counts 1 person who unsubscribed

  Scenario: A mail scanner that follows every link
    When a scanner looks at the first person's unsubscribe page
    Then nobody is on the list of people not to be written to
