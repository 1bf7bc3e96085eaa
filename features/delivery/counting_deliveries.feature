Feature: Counting deliveries
  A mail server says no more than that it took a mail. What it took counts as delivered until the mail comes back.

  Scenario: What the mail server took counts as delivered
    Given 4 people with a mail address
    And a person whose mailbox does not exist
    When the campaign is started
    Then 4 mails are sent and 4 delivered
    And nobody has opened one, which is a rate of 0 percent

  Scenario: A mail that comes back was not delivered
    Given 4 people with a mail address
    When the campaign is started
    And one mail comes back
    Then 4 mails are sent and 3 delivered
