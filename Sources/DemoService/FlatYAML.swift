import CYAML

/// Reads a YAML file that is one flat map of scalars; anything else is an error with its line.
enum FlatYAML {
    static func read(_ path: String) throws -> [String: String] {
        try parse(Array(try Files.read(path).utf8), path: path)
    }

    private static func parse(_ bytes: [UInt8], path: String) throws -> [String: String] {
        // libyaml keeps a pointer to the parser inside the parser: it must not move.
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else { throw DemoError("no memory to read \(path)") }
        defer { yaml_parser_delete(parser) }
        return try bytes.withUnsafeBufferPointer { buffer in
            yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
            return try collect(parser, path: path)
        }
    }

    private static func collect(_ parser: UnsafeMutablePointer<yaml_parser_t>, path: String) throws -> [String: String]
    {
        var values: [String: String] = [:]
        var key: String?
        var depth = 0
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else {
                throw DemoError("\(path):\(parser.pointee.problem_mark.line + 1): not valid YAML")
            }
            defer { yaml_event_delete(&event) }
            let line = event.start_mark.line + 1
            switch event.type {
            case YAML_STREAM_END_EVENT: return values
            case YAML_MAPPING_START_EVENT where depth == 0: depth += 1
            case YAML_SCALAR_EVENT where depth == 1:
                let text = String(cString: event.data.scalar.value)
                if let name = key {
                    values[name] = text
                    key = nil
                } else {
                    guard values[text] == nil else { throw DemoError("\(path):\(line): '\(text)' is set twice") }
                    key = text
                }
            case YAML_MAPPING_START_EVENT, YAML_SEQUENCE_START_EVENT, YAML_ALIAS_EVENT, YAML_SCALAR_EVENT:
                throw DemoError("\(path):\(line): only a flat map of 'name: value' is read here")
            default: break
            }
        }
    }
}
