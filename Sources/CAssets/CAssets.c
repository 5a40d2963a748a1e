#include "CAssets.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char migration_0001[] = {
#embed "migrations/0001.sql"
};
const char *const asset_migration_0001 = migration_0001;
const unsigned long asset_migration_0001_length = sizeof migration_0001;
