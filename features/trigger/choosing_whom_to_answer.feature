Feature: Choosing whom to answer
  A condition asks what the event says and who the person is; the history says which event was left and why.

  Background:
    Given 3 people with a mail address

  Scenario: A condition on what the event says
    Given a campaign that thanks those who buy for more than 50
    When the campaign is activated
    And the first person buys for 20
    And the second person buys for 80
    Then the second person gets 1 mail
    And the history says of the first person "condition_false"
    And the first person gets no mail

  Scenario: A condition on the person
    Given the third person lives in "FR"
    And a campaign that welcomes those who sign up and live in "FR"
    When the campaign is activated
    And the first person signs up
    And the third person signs up
    Then the third person gets 1 mail
    And the history says of the first person "condition_false"

  Scenario: Whoever is not in the audience is not answered
    Given a campaign that welcomes those who sign up
    And only the second person is in its audience
    When the campaign is activated
    And the first person signs up
    And the second person signs up
    Then the second person gets 1 mail
    And the history says of the first person "not_in_audience"
    And the first person gets no mail

  Scenario: Nobody is answered more often than the limit says
    Given a campaign that welcomes those who sign up
    When the campaign is activated
    And the first person signs up
    And the first person signs up
    And the first person signs up
    Then the history lists for the first person "fired, frequency_limit, frequency_limit"
    And the first person gets 1 mail

  Scenario: Whoever has unsubscribed is not answered
    Given a campaign that welcomes those who sign up
    And the first person has unsubscribed from e-mail
    When the campaign is activated
    And the first person signs up
    Then the history says of the first person "suppressed"
    And the first person gets no mail
    And everybody in every run is accounted for

  Scenario: Whoever is held out is accounted for and not answered
    Given 60 people more
    And a campaign that welcomes those who sign up
    And a holdout of 20 percent
    When the campaign is activated
    And everybody signs up
    Then everybody who is not held out gets 1 mail
    And everybody in every run is accounted for

  Scenario: A person without a mail address is accounted for
    Given somebody without any address
    And a campaign that welcomes those who sign up
    When the campaign is activated
    And the last person signs up
    Then the history says of the last person "skipped"
    And everybody in every run is accounted for

  Scenario: Of everybody it is told why they got what they got, whichever run it was
    Given a campaign that welcomes those who sign up
    When the campaign is activated
    And the first person signs up
    And the first person gets 1 mail
    And the second person signs up
    And the second person gets 1 mail
    Then the campaign can say why the first person got their mail
