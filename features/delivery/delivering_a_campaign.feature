Feature: Delivering a campaign
  Everybody of the audience gets the message once, or a reason why not.

  Scenario: Everybody is written to once
    Given 40 people with a mail address
    When the campaign is started
    Then the run is completed
    And 40 mails have arrived, each person's once

  Scenario: Nobody in the audience
    Given an audience that nobody belongs to
    When somebody tries to start the campaign
    Then that is refused because nobody is in the audience
    And no mail has arrived
