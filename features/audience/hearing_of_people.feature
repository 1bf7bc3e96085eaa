Feature: Hearing of people
  The system of user accounts tells of people one by one: who is new, what they want, who is gone. Campaigns know it
  without anybody uploading a file.

  Scenario: Whoever is new is welcomed, and belongs to audiences
    Given 20 people with a mail address
    And a campaign that welcomes whoever is new
    When the system of user accounts tells of 3 new people
    Then the 3 new people are welcomed
    When the campaign for everybody is started
    Then 23 people have got it

  Scenario: The last word counts, whenever it arrives
    Given 20 people with a mail address
    When it is told that somebody has moved to "FR", and then, late, that they had lived in "DE" and are called "Ann"
    Then that person lives in "FR" and is called "Ann"

  Scenario: A channel that somebody refuses is closed at once
    Given 20 people with a mail address
    When one of them refuses mails, and an older consent arrives late
    And the campaign for everybody is started
    Then 19 people have got it
    When that person consents to mails again
    Then asked whether they would get the next one the answer is "eligible"
