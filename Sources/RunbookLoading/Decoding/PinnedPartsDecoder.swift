import Diagnostics
import Expressions
import RunbookModel

/// Adds to an action what stands in files that the run pins with it: templates of `files`, migrations of `config`.
struct PinnedPartsDecoder {
    let context: DecodingContext
    let scope: Scope

    /// The argument of an action of this kind, with the content of its files.
    func complete(_ argument: Argument, of kind: String) -> Argument {
        switch (kind, argument) {
        case ("files", .list(let items)): return .list(items.map { completing("template", in: $0, template) })
        case ("config", .record):
            checkChanges(argument["changes"])
            return completing("migrate", in: argument, migration)
        default: return argument
        }
    }

    private func completing(
        _ key: String, in argument: Argument, _ parts: (Argument, Span) -> [Argument.Field]
    ) -> Argument {
        guard case .record(let fields) = argument else { return argument }
        return .record(
            fields.map { field in
                guard field.key == key, case .record(let own) = field.value else { return field }
                let all = own + parts(field.value, field.span)
                return Argument.Field(key: key, value: .record(all), span: field.span)
            })
    }

    /// The file under a key; nil after an error.
    private func file(_ key: String, of argument: Argument, _ span: Span) -> SourceFile? {
        guard let value = argument[key] else { return nil }
        guard case .constant(.string(let path)) = value else {
            context.add(.pathNotLiteral(key, span))
            return nil
        }
        guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
            context.add(.pathNotBeside(path, span))
            return nil
        }
        do throws(SourceProblem) {
            return try context.beside?.read(path)
        } catch {
            context.add(.unreadableFile(path, why: error.words, at: span))
            return nil
        }
    }

    // MARK: - Templates

    private func template(_ argument: Argument, _ span: Span) -> [Argument.Field] {
        guard let file = file("from", of: argument, span) else { return [] }
        guard let text = String(validating: file.bytes, as: UTF8.self) else {
            context.add(.unreadableFile(file.name, why: "it is not UTF-8", at: span))
            return []
        }
        let node = SyntaxNode(
            content: .scalar(.init(text: text, style: .plain, tag: .string)),
            span: Span(file: file, range: 0..<file.bytes.count))
        guard let template = context.template(node, scope, .secrets) else { return [] }
        let value = template.literalText.map { Argument.constant(.string($0)) } ?? .template(template, .string)
        return [Argument.Field(key: "text", value: value, span: span, isPinned: true)]
    }

    // MARK: - Migrations

    private func migration(_ argument: Argument, _ span: Span) -> [Argument.Field] {
        guard let file = file("using", of: argument, span), let root = YAMLReader.read(file, &context.bag) else {
            return []
        }
        let baseName = FilePath.baseName(file.name)
        return MigrationDecoder(context: context, scope: scope).decode(root, baseName: baseName)
    }

    /// Paths that are written as they are can be checked now.
    func checkChanges(_ changes: Argument?) {
        guard case .list(let items)? = changes else { return }
        for case .record(let fields) in items {
            for field in fields {
                checkPath(field.value, field.span)
                for key in ["path", "from", "to"] { checkPath(field.value[key], field.span) }
            }
        }
    }

    private func checkPath(_ value: Argument?, _ span: Span) {
        guard case .constant(.string(let text))? = value else { return }
        do throws(ArgumentProblem) {
            _ = try ConfigPath(text)
        } catch {
            context.add(.badConfigPath(error.message, span))
        }
    }
}

/// Decodes a migration file: where the version stands, and what leads from one version to the next.
struct MigrationDecoder {
    let context: DecodingContext
    let scope: Scope

    /// The parts of the file as fields of the action.
    func decode(_ node: SyntaxNode, baseName: String) -> [Argument.Field] {
        guard context.mapping(node, "a migration, which is a mapping") != nil else { return [] }
        context.checkKeys(node, of: "a migration", ["migrations", "version", "hops"])
        checkName(node, baseName)
        var fields: [Argument.Field] = []
        if let version = context.required("version", in: node, of: "a migration") { fields += self.version(version) }
        if let hops = context.required("hops", in: node, of: "a migration") {
            fields.append(field("hops", .list(self.hops(hops)), hops.span))
        }
        return fields
    }

    private func field(_ key: String, _ value: Argument, _ span: Span) -> Argument.Field {
        Argument.Field(key: key, value: value, span: span, isPinned: true)
    }

    private func checkName(_ node: SyntaxNode, _ baseName: String) {
        guard let value = context.required("migrations", in: node, of: "a migration"),
            let name = context.literal(value, "the name of the migration")
        else { return }
        if name != baseName { context.add(.nameNotFile(name, value.span, file: baseName)) }
    }

    private func version(_ node: SyntaxNode) -> [Argument.Field] {
        guard context.mapping(node, "a mapping with path and missing") != nil else { return [] }
        context.checkKeys(node, of: "version", ["path", "missing"])
        var fields: [Argument.Field] = []
        if let path = context.required("path", in: node, of: "version"), let text = context.literal(path, "a path") {
            fields.append(field("path", .constant(.string(text)), path.span))
            do throws(ArgumentProblem) {
                if try ConfigPath(text).components.isEmpty {
                    context.add(.badConfigPath("a key is missing", path.span))
                }
            } catch {
                context.add(.badConfigPath(error.message, path.span))
            }
        }
        if let missing = node.value(for: "missing"), let text = semver(missing) {
            fields.append(field("missing", .constant(.string(text)), missing.span))
        }
        return fields
    }

    private func semver(_ node: SyntaxNode) -> String? {
        guard let text = context.literal(node, "a version") else { return nil }
        if SemanticVersion(text) == nil { context.add(.badVersion(text, node.span)) }
        return text
    }

    private func hops(_ node: SyntaxNode) -> [Argument] {
        var seen: [(version: SemanticVersion, span: Span)] = []
        return (context.list(node, "a list of hops") ?? []).compactMap { item in
            guard context.mapping(item, "a hop, such as {to: \"1.2.0\", changes: […]}") != nil else { return nil }
            context.checkKeys(item, of: "a hop", ["to", "when", "changes"])
            guard let to = context.required("to", in: item, of: "a hop"), let text = semver(to) else { return nil }
            if let version = SemanticVersion(text) {
                if let first = seen.first(where: { $0.version == version }) {
                    context.add(.duplicateHop(text, to.span, first: first.span))
                }
                seen.append((version, to.span))
            }
            return hop(item, to: text, to.span)
        }
    }

    private func hop(_ node: SyntaxNode, to version: String, _ span: Span) -> Argument {
        var fields = [field("to", .constant(.string(version)), span)]
        if let when = node.value(for: "when"),
            let expression = context.expression(when, scope, .init(variables: ["doc"]))
        {
            fields.append(field("when", .expression(expression), when.span))
        }
        if let changes = node.value(for: "changes") {
            KindRules.checkChanges(changes, context)
            let decoder = ArgumentDecoder(context: context, scope: scope, owner: "a change")
            if let list = decoder.decode(changes, .list(KindDeclaration.configChange)) {
                PinnedPartsDecoder(context: context, scope: scope).checkChanges(list)
                fields.append(field("changes", list, changes.span))
            }
        }
        return .record(fields)
    }
}
