Feature: Following a link
  A tracked link leads where the campaign said, and nowhere else.

  Background:
    Given "Spring" was sent to 3 people with a link to "https://shop.example/spring"

  Scenario: A click arrives where it should
    When the first person follows the link
    Then they arrive at "https://shop.example/spring"
    And "Spring" counts 1 person who clicked

  Scenario: Somebody tampers with the link
    When somebody follows the link with one letter changed
    Then they arrive nowhere
    And "Spring" counts 0 people who clicked
