"""Templates into finished messages: compiled once per execution, filled once per person."""
