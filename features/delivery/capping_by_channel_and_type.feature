Feature: Capping by channel and type
  A tenant says how often people are written to on each channel, and by campaigns of each type, all campaigns together.

  Scenario: A channel that has had its share leaves the others open
    Given 10 people with a mail address and a push token
    And 5 people with a mail address only
    And the tenant allows 1 message by e-mail in 7 days
    When a campaign by e-mail is started
    And a second campaign by e-mail, else by push, is started
    Then 10 people get the second one by push
    And 5 people are skipped for "frequency_cap"

  Scenario: A cap of promotions does not hold back what is no promotion
    Given 10 people with a mail address and a push token
    And the tenant allows 1 message of type "promotion" in 7 days
    When a campaign by e-mail is started
    And a second campaign of type "loyalty" by e-mail is started
    Then 10 people get the second one by e-mail
    When a third campaign of type "promotion" by e-mail is started
    Then 10 people are skipped for "frequency_cap"

  Scenario: A cap that looks back further than contacts are known is refused
    When the tenant allows 1 message by e-mail in 31 days
    Then it is told that a cap looks back 30 days at most
