Feature: Approving a campaign
  Four eyes look at what a campaign says; approval holds for exactly that.

  Background:
    Given the draft "Spring" that is always on

  Scenario: Somebody else approves
    Given Ada submitted "Spring"
    When Ben approves "Spring"
    Then "Spring" counts as approved

  Scenario: Nobody approves their own work
    Given Ada submitted "Spring"
    When Ada approves "Spring"
    Then she is told that somebody else has to approve

  Scenario: A change voids the approval
    Given Ada submitted "Spring"
    And Ben approved "Spring"
    When Ada tags "Spring" with "sale"
    Then "Spring" counts as not approved

  Scenario: A rejection says why
    Given Ada submitted "Spring"
    When Ben rejects "Spring" because "too loud"
    Then "Spring" counts as rejected
    And "Spring" says "too loud"
