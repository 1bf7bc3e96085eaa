Feature: Importing people
  Files come as they are; what can be used is used, and what cannot is named.

  Scenario: A file of people becomes the audience's source
    When a file is imported:
      """
      user_id,email,country
      anna,anna@people.example,DE
      ben,ben@people.example,FR
      """
    Then 2 people are taken in
    And nobody is left out

  Scenario: Rows that cannot be used are named
    When a file is imported:
      """
      user_id,country
      anna,DE
      ,FR
      ben,FR,too much
      """
    Then 1 person is taken in
    And row 3 is left out, because "user_id is missing"
    And row 4 is left out, because "has 3 fields where the header has 2"

  Scenario: The last row about somebody counts
    When a file is imported:
      """
      user_id,country
      anna,DE
      anna,FR
      """
    Then 1 person is taken in
    And 1 earlier row was replaced

  Scenario: A file without people leaves everything as it was
    Given 5 people with a mail address
    When a file is imported:
      """
      name,country
      Anna,DE
      """
    Then the import fails, because "the header names no column user_id"
    And there are still 5 people
