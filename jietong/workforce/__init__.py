"""Planning (排班): forecast, sizing, simulation, schedules, the day itself. Requirements H, A6, G6, G7."""
