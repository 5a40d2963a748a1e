import Diagnostics

/// Rows of cells in columns as wide as their content; the last column is not padded.
struct TextTable {
    private var rows: [[String]] = []
    private let header: [String]

    init(_ header: [String]) { self.header = header }

    /// Adds a row; its cells are escaped here.
    mutating func add(_ cells: [String]) { rows.append(cells.map(DisplayText.escaped)) }

    /// The table with its header; every line ends with a newline.
    func text(_ style: TextStyle) -> String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { DisplayText.columns(of: $0[column]) }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            let padded = cells.indices.map { index in
                index == cells.count - 1 ? cells[index] : DisplayText.padded(cells[index], to: widths[index])
            }
            let line = padded.joined(separator: "  ")
            return style.width.map { DisplayText.fitted(line, to: $0) } ?? line
        }
        return style.paint(line(header), .bold) + "\n" + rows.map { line($0) + "\n" }.joined()
    }
}
