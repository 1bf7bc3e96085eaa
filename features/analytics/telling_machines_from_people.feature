Feature: Telling machines from people
  Scanners open and click, too. They are counted beside people, never among them.

  Background:
    Given "Spring" was sent to 5 people with 3 links

  Scenario: Three links in one breath
    When something follows all 3 links of one mail at once
    Then "Spring" counts 0 people who clicked
    And "Spring" counts 3 clicks by machines

  Scenario: A person follows two links
    When a person follows 2 links of one mail
    Then "Spring" counts 1 person who clicked
    And "Spring" counts 0 clicks by machines

  Scenario: A link that people do not see
    When something follows the hidden link and opens the mail
    Then "Spring" counts 0 people who opened
    And "Spring" counts 1 open by a machine

  Scenario: A mail client fetches ahead
    When a mail client fetches the picture ahead
    Then "Spring" counts 0 people who opened
    And "Spring" counts 1 open by a machine
