Feature: Resending uncertain messages
  When a provider takes a message and its answer is lost, nobody knows whether the person got it. It is not sent again by
  itself: an operator may say so, and takes the risk that some arrive twice.

  Scenario: The mail server hangs up after taking the mail
    Given 5 people with a mail address
    And a person whose mail server hangs up after taking the mail
    When the campaign is started
    Then the run is completed
    And the message of that person alone is listed as uncertain
    When an operator has the uncertain messages sent again
    Then nobody's message is uncertain any more
    And that person has got two mails under one message id
    And the others have got one mail each

  Scenario: The campaign says that such mails may be sent again
    Given a person whose mail server hangs up after taking the mail
    And uncertain mails are to be sent again
    When the campaign is started
    Then the run is completed
    And that person has got two mails under one message id
