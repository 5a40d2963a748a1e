// Filled in as tests need it.
