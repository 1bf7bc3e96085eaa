Feature: Filtering an audience
  The usual filters follow one another: blacklists, devices, push streams, monthly active people, products.
  Everybody can see what each of them removed.

  Background:
    Given these people and what they use:
      | user  | device  | streams         | active | products             |
      | anna  | android | payments market | yes    | credit card, deposit |
      | ben   | iOS     | market          | yes    | credit card          |
      | chloe | web     | payments        | yes    | credit card          |
      | dana  | android | transfers       | yes    | credit card          |
      | emil  | iOS     | payments        | no     | credit card          |
      | fay   | android | payments        | yes    | deposit              |
      | gus   |         |                 | no     |                      |
    And a list "no-workers" with "ben" and "stranger"

  Scenario: Every filter says how many it removed and how many it left
    Given a campaign for everybody
    And filtered by the blacklist "no-workers", the devices "android, iOS", the streams "payments, market", monthly active people and the product "credit card"
    Then it is for 1 person
    And the filters tell:
      | filter               | removed | left |
      | blacklist:no-workers | 1       | 6    |
      | device               | 2       | 4    |
      | push                 | 1       | 3    |
      | monthly_active       | 1       | 2    |
      | product              | 1       | 1    |
    And "dana" does not get it, because of "filter:push"

  Scenario: Filters that nobody asked for remove nobody
    Given a campaign for everybody
    And filtered by the device "android" alone
    Then it is for 3 people
    And the filters tell:
      | filter | removed | left |
      | device | 4       | 3    |

  Scenario: A blacklist that was never uploaded is refused
    Given a campaign for everybody
    And filtered by the blacklist "nowhere" alone
    Then the audience is refused, because of "/audience/filters/0/listed_in"
