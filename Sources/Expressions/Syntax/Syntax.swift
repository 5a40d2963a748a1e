/// A node of the syntax tree, with macros already recognised.
struct Syntax: Sendable {
    let range: Range<Int>
    let kind: Kind
    /// The height of the tree below and with this node; the parser bounds it.
    let depth: Int

    indirect enum Kind: Sendable {
        case literal(Value)
        /// A name; absolute where a dot stands before it, so that no macro variable hides it.
        case name(String, isAbsolute: Bool)
        case select(Syntax, Field, isOptional: Bool)
        case index(Syntax, Syntax, isOptional: Bool)
        case call(String, nameRange: Range<Int>, receiver: Syntax?, [Syntax])
        case not(Syntax)
        case negate(Syntax)
        case binary(BinaryOperator, Syntax, Syntax)
        /// A chain of `&&`, flat so that its length is not depth.
        case and([Syntax])
        case or([Syntax])
        case conditional(Syntax, Syntax, Syntax)
        case list([Element])
        case map([Entry])
        case has(Syntax, Field)
        case comprehension(Comprehension)
        case bind(String, Syntax, body: Syntax)
        /// `a.optMap(x, e)`, and `a.optFlatMap(x, e)` where the body gives an optional.
        case optionalMap(Syntax, String, body: Syntax, isFlat: Bool)
    }

    /// A field name with its place.
    struct Field: Sendable {
        let name: String
        let range: Range<Int>
    }

    struct Element: Sendable {
        let value: Syntax
        let isOptional: Bool
    }

    struct Entry: Sendable {
        let key: Syntax
        let value: Syntax
        let isOptional: Bool
    }

    /// `all`, `map` and the other macros over a list or map.
    struct Comprehension: Sendable {
        let macro: Macro
        let source: Syntax
        /// One name for the element or key, or two for index and element or key and value.
        let variables: [String]
        let condition: Syntax?
        /// The predicate, or what is collected.
        let body: Syntax
    }

    enum Macro: Sendable {
        case all, exists, existsOne, map, filter, transformMap, transformMapEntry
    }
}

/// An operator that is a function of two values.
enum BinaryOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case isIn = "in"

    /// How tightly it binds: more is tighter; `||` has 1 and `&&` 2.
    var precedence: Int {
        switch self {
        case .multiply, .divide, .remainder: 5
        case .add, .subtract: 4
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .isIn: 3
        }
    }
}
