Feature: Previewing a message
  Marketers see what one person would get, and everything that is missing, before anybody gets it.

  Scenario: A message is shown as the person would see it
    Given a push message "Hi {{ first_name }}"
    When it is previewed for a person called "Ann"
    Then it reads "Hi Ann"
    And nothing is missing

  Scenario: What a person lacks is named
    Given a push message "News for {{ city }}"
    When it is previewed for a person called "Ann"
    Then the preview says that "city" is missing
