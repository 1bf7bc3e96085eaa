Feature: Following a campaign
  A campaign goes on where another one has been heard: it writes to those who opened or clicked, or to those who did
  neither for some days. Each person takes each step once.

  Background:
    Given 3 people with a mail address
    And a campaign with a link has been sent to them

  Scenario: Who clicks hears more, once
    Given a second campaign follows those who click
    When the first person clicks, twice
    Then the first person hears more, once
    And the others hear nothing more

  Scenario: A machine that opens mails takes no step
    Given a second campaign follows those who open
    When a mail scanner opens the mail of the second person
    And the first person opens theirs
    Then the first person hears more, once
    And the others hear nothing more

  Scenario: Who has not opened for three days is asked again
    Given a second campaign follows those who have not opened after 3 days
    When the first person opens theirs
    And three days pass
    Then the second and the third person hear more, once
    And the first person hears nothing more
