import Checks
import ConfigFiles
import Expressions
import Glibc
import RunHost
import RunbookModel

/// Edits or migrates a configuration file as data; what the edits need not touch stays as it is, byte for byte.
///
/// The digest of the new content is journaled before the first effect: a repetition finds it and does nothing twice.
struct ConfigAction: ActionPerformer {
    let kind = "config"

    func perform(_ argument: Argument, in context: ActionContext) -> ActionResult {
        do {
            return try change(argument, context)
        } catch is ActionInterrupted {
            return ActionResult(.interrupted)
        } catch {
            return .failed(Problem.text(error))
        }
    }

    private func change(_ argument: Argument, _ context: ActionContext) throws -> ActionResult {
        let file = try ConfigFile(argument, context)
        if let after = context.undoData?["after"]?.asString, after == ContentDigest.sha256(file.bytes) {
            context.show("\(file.place.path): it is so already")
            return ActionResult(.done, undoData: context.undoData)
        }
        let edit = try ConfigEditing(file, argument, context, isPreview: false).edited()
        guard edit.bytes != file.bytes else {
            context.show("\(file.place.path): it is so already")
            return ActionResult(.done, undoData: context.undoData)
        }
        let undoData = try record(file, edit, context)
        let wanted = FileWriter.Wanted(bytes: edit.bytes, replacing: file.bytes)
        _ = try FileWriter(context: context).write(wanted, to: file.place)
        context.show(edit.diff)
        return ActionResult(.done, undoData: undoData)
    }

    private func record(_ file: ConfigFile, _ edit: ConfigEditing.Edited, _ context: ActionContext) throws -> Value {
        if let data = context.undoData {
            guard data["paths"]?.asList == [.string(file.place.path)] else {
                throw ArgumentProblem("\(file.place.path) is not the file that was saved when this step began")
            }
            return data
        }
        let data: Value = [
            "saved": try context.keeper.save([file.place.path]), "paths": [.string(file.place.path)],
            "attributes": [], "after": .string(ContentDigest.sha256(edit.bytes)),
        ]
        guard context.recordUndoData(data) else {
            throw ArgumentProblem("nothing was done, as the state before could not be journaled")
        }
        return data
    }

    func undo(_ data: Value, in context: ActionContext) -> ActionResult? { FilesAction().undo(data, in: context) }

    func preview(_ argument: Argument, in context: ActionContext) -> ActionPreview? {
        do {
            let file = try ConfigFile(argument, context)
            let edit = try ConfigEditing(file, argument, context, isPreview: true).edited()
            let isSame = edit.bytes == file.bytes
            let notes = edit.notes + (isSame && edit.notes.isEmpty ? ["\(file.place.path): it is so already"] : [])
            return ActionPreview(lines: notes + DiffLines.lines(edit.diff))
        } catch {
            return ActionPreview(lines: ["(not known yet: \(Problem.text(error)))"])
        }
    }
}

/// The file that is edited, as it is now.
struct ConfigFile {
    let place: FilePlace
    let format: ConfigFormat
    let bytes: [UInt8]

    init(_ argument: Argument, _ context: ActionContext) throws {
        let reader = ArgumentReader(argument, context.checks)
        let name = try reader.required("file")
        let path = try context.checks.path(name)
        place = try FileOperation.place(path, following: true)
        if let word = try reader.text("format") {
            guard let format = ConfigFormat(rawValue: word) else { throw ArgumentProblem("'\(word)' is not a format") }
            self.format = format
        } else {
            guard let format = ConfigFormat(fileName: path) ?? ConfigFormat(fileName: place.path) else {
                throw ArgumentProblem(
                    "the name of \(path) does not say its format (set `format: yaml`, json, ini or env)")
            }
            self.format = format
        }
        guard let bytes = try FileWriter.content(place, limit: ConfigText.limit) else {
            throw ArgumentProblem("there is no file \(path) (make it first, with `files: [{write: …}]`)")
        }
        self.bytes = bytes
    }
}
