Feature: Starting a campaign
  A campaign can be run now, whatever its schedule says.

  Scenario: A scheduled campaign is started early
    Given the draft "Spring" to be sent once
    And "Spring" is scheduled
    When Ada starts "Spring"
    Then "Spring" is running

  Scenario: A recurring campaign has one run more
    Given the draft "Digest" to be sent every day
    And "Digest" is active
    When Ada starts "Digest"
    Then "Digest" is active
    And "Digest" has a run

  Scenario: What is always on has nothing to start
    Given the draft "Banner" that is always on
    When Ada starts "Banner"
    Then she is refused because "Banner" is a draft
