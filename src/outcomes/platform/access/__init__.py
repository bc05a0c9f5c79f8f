"""Who is asking, whose data it is, what they may do with it, and the record that they did."""
