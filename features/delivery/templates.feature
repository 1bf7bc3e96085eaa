Feature: Templates
  A text that many campaigns share is kept once. Changing it never changes what is being sent at this moment.

  Scenario: A campaign says what its template says
    Given a template with the subject "Spring is here"
    And 3 people with a mail address
    And a campaign that uses the template
    When the campaign is started
    Then everybody has a mail with the subject "Spring is here"

  Scenario: A template with a mistake is not kept
    When a template with the subject "Hi {{ first_name | shout }}" is written
    Then the mistake "unknown filter 'shout'" in the subject is named

  Scenario: A campaign with a mistake in its text is not launched
    Given 3 people with a mail address
    And a campaign with the subject "Hi {{ first_name | shout }}"
    When the campaign is to be activated
    Then the mistake "unknown filter 'shout'" in the first channel's subject is named

  Scenario: A template that is changed while a campaign is being sent
    Given a template with the subject "Old words"
    And 30 people with a mail address
    And a limit of 600 messages per minute
    And a campaign that uses the template
    When the campaign is started
    And some mails have arrived
    And the template's subject becomes "New words"
    Then everybody has a mail with the subject "Old words"

  Scenario: A paused campaign goes on with the new words
    Given a template with the subject "Old words"
    And 30 people with a mail address
    And a limit of 120 messages per minute
    And a campaign that uses the template
    When the campaign is started
    And some mails have arrived
    And the campaign is paused
    And sending has come to rest
    And the template's subject becomes "New words"
    And the campaign is resumed at full speed
    Then everybody has one mail, first with the subject "Old words" and then "New words"
