"""How a person is doing: instruments as data, needs and outcome assessments, their scores."""
