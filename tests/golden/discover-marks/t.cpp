// lockstep: fine, not fine
TEST(S, a) {}

// lockstep: lost
int i;
