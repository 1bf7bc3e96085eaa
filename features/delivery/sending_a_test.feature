Feature: Sending a test
  A marketer looks at the real message in a real mailbox before anybody else gets it.

  Scenario: A test goes to the addresses of the marketer, and says that it is one
    Given a campaign with the subject "Spring is here"
    When a test is sent to 2 colleagues
    Then the 2 colleagues have a mail with the subject "[Test] Spring is here"
    And nothing is counted

  Scenario: A mailbox that does not exist is named
    Given a campaign with the subject "Spring is here"
    When a test is sent to a mailbox that does not exist
    Then the answer says why it was not accepted

  Scenario: A channel that the campaign does not have
    Given a campaign with the subject "Spring is here"
    When a test is asked for by text message
    Then it is refused because the campaign has no such channel
