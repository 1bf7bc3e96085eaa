Feature: Sending a test to a sample first
  Variants are compared on a part of the audience; everybody else waits for the better one.

  Background:
    Given 400 people with a mail address
    And two variants, "Short" and "Long", compared by opens on half of the audience

  Scenario: The rest waits
    When the campaign is started
    Then everybody in the sample is sent "Short" or "Long"
    And the others wait for the winner, and everybody is accounted for

  Scenario: The control gets nothing, in the sample or beyond it
    Given a third variant that is the control, for 20 percent of all
    When the campaign is started
    And everybody in the sample was written to
    And the product owner declares "Long" the winner
    Then the run is completed
    And nobody of the control was written to
    And everybody beyond the sample is sent "Long", once
    And the news of each message names the variant that the person got

  Scenario: A pause in the middle of the test
    When the campaign is started
    And everybody in the sample was written to
    And the campaign is paused
    And the product owner declares "Short" the winner
    Then nobody beyond the sample is written to
    When the campaign is resumed
    Then the run is completed
    And everybody beyond the sample is sent "Short", once

  Scenario: Why somebody got what they got
    When the campaign is started
    And everybody in the sample was written to
    And the product owner declares "Short" the winner
    Then the run is completed
    And the trace of a person beyond the sample says that they got the winner

  Scenario: A dry run knows the sample and the rest
    When a dry run is made
    Then it foretells the sample, the rest, and that the rest comes after the test
    When the campaign is started as the dry run saw it
    Then nothing came otherwise than foretold
