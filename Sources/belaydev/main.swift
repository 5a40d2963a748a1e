import Glibc

exit(DeveloperTool.main(Array(CommandLine.arguments.dropFirst())))
