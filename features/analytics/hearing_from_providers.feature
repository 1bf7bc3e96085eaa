Feature: Hearing from providers
  Mail services and the company's own notification service say what became of messages. Who cannot be reached for good, or
  complains, is written to no more at once. What is said twice counts once, and nobody else is believed.

  Scenario: An address that does not exist
    Given "Spring" was sent to 10 people
    When the mail service says that the first person's address does not exist
    Then the first person is written to no more
    And "Spring" counts 1 hard bounce

  Scenario: A full mailbox
    Given "Spring" was sent to 10 people
    When the mail service says that the first person's mailbox is full
    Then the first person may still be written to
    And "Spring" counts 1 soft bounce

  Scenario: A mail that is still under way
    Given "Spring" was sent to 10 people
    When the mail service says that it will try the first person again
    Then the first person may still be written to
    And "Spring" counts 0 soft bounces

  Scenario: A complaint
    Given "Spring" was sent to 10 people
    When the mail service says that the first person complained
    Then the first person is written to no more
    And "Spring" counts 1 complaint

  Scenario: A person answers
    Given "Spring" was sent to 10 people
    When the first person answers the mail
    Then "Spring" counts 1 reply

  Scenario: Old news after a person came back
    Given "Spring" was sent to 10 people
    And the mail service said that the first person complained
    And the first person was let in again
    When the mail service says the same once more
    Then the first person may still be written to
    And "Spring" counts 1 complaint

  Scenario: Somebody pretends to be the mail service
    Given "Spring" was sent to 10 people
    When a stranger says that the first person complained
    Then the stranger is turned away
    And the first person may still be written to

  Scenario: The notification service tells it on the company's event bus
    Given "Spring" was sent to 10 people
    When the notification service tells 3 deliveries, each of them 3 times
    Then "Spring" counts 3 deliveries

  Scenario: An event that nobody can read
    Given "Spring" was sent to 10 people
    When the notification service tells nonsense and then 1 delivery
    Then "Spring" counts 1 delivery
    And the nonsense is kept for the operator
