Feature: Foretelling the runs of a schedule
  Whoever plans a recurring campaign sees its next runs before they happen, also while it is a draft: when they are, what
  the clock's changes do to them, when their first message may leave, and what becomes of a start that is missed.

  Scenario: A time that the clock leaves out
    Given the recurring draft "Night" for 02:30 every day in Europe/Paris, from 2031-03-29
    When Ada asks for the next 3 runs of "Night"
    Then she is told of runs at 2031-03-29 02:30, 2031-03-30 03:00, 2031-03-31 02:30
    And of the run at 2031-03-30 03:00 that "02:30 is left out on this day; the run begins at 03:00"

  Scenario: A time that comes twice
    Given the recurring draft "Night" for 02:30 every day in Europe/Paris, from 2031-10-25
    When Ada asks for the next 3 runs of "Night"
    Then she is told of runs at 2031-10-25 02:30, 2031-10-26 02:30, 2031-10-27 02:30
    And of the run at 2031-10-26 02:30 that "02:30 comes twice on this day; the run begins the first time"

  Scenario: A run outside the hours for sending
    Given the recurring draft "Late" for 20:00 every day in Asia/Almaty, from 2031-01-03
    And "Late" is sent on workdays from 09:00 to 17:00
    When Ada asks for the next 1 runs of "Late"
    Then of the run at 2031-01-03 20:00 that "no send window is open then; the first message leaves at 2031-01-06 09:00"

  Scenario: Nothing after the end
    Given the recurring draft "Short" for 09:00 every day in UTC, from 2031-01-01
    And "Short" ends on 2031-01-03
    When Ada asks for the next 10 runs of "Short"
    Then she is told of runs at 2031-01-01 09:00, 2031-01-02 09:00

  Scenario Outline: What becomes of a start that is missed
    Given the recurring draft "Daily" for 09:00 every day in UTC, from 2031-01-01
    And for missed starts "Daily" says <policy>
    When Ada asks for the next 1 runs of "Daily"
    Then she is told that "<words>"

    Examples:
      | policy | words                                                                                           |
      | send   | a start that is missed is made up for, at most 60 minutes late; after that it is let go         |
      | latest | of starts that were missed the last one is made up for, at most 60 minutes late                 |
      | skip   | a start that is missed is let go                                                                |

  Scenario: A schedule that nobody can read
    Given the recurring draft "Odd" for every now and then
    When Ada asks for the next 1 runs of "Odd"
    Then she is told that "schedule" is wrong
