Feature: Retrying a refused message
  A refusal for now is tried again; a refusal for good is final, unless another channel reaches the person.

  Scenario: A mailbox that is busy at first
    Given a person whose mailbox is busy at first
    When the campaign is started
    Then the run is completed
    And the person has got one mail
    And the trace of the person tells of a refusal and of a second try

  Scenario: A mailbox that does not exist
    Given a person whose mailbox does not exist
    When the campaign is started
    Then the run is completed
    And the message of the person has failed with the server's words

  Scenario: Another channel reaches the person
    Given a person whose mailbox does not exist, with a push token
    And push notifications as the second channel
    When the campaign is started
    Then the run is completed
    And the message of the person was sent by push
