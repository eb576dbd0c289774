// lockstep: serial, slow
// lockstep: two words
TEST(a, b) {}

// lockstep: x
TEST_P(c, d) {}
