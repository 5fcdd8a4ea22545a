package org.einkorn.frontend.syntax;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.antlr.v4.runtime.BailErrorStrategy;
import org.antlr.v4.runtime.CommonToken;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.ListTokenSource;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.misc.ParseCancellationException;
import org.einkorn.ir.source.Diagnostic;
import org.einkorn.ir.source.Origin;
import org.einkorn.ir.source.SourceFile;

/// Reads programs: text to [Tree]. Safe to use from many threads at once.
public final class Syntax {
  private final Places places;
  private final List<Diagnostic> diagnostics = new ArrayList<>();
  private final EinkornParser parser;

  private Syntax(SourceFile file) {
    this.places = new Places(file);
    this.parser = new EinkornParser(new CommonTokenStream(new ListTokenSource(List.of())));
    parser.removeErrorListeners();
    parser.setErrorHandler(new BailErrorStrategy());
  }

  /// Reads a whole file. Never throws for what the text says: every fault is a diagnostic, one for
  /// each statement that has one.
  public static ParseResult parse(SourceFile file) {
    Syntax syntax = new Syntax(file);
    Tokens tokens = Tokens.read(syntax.places, syntax.diagnostics);
    List<Splitter.Chunk> chunks =
        Splitter.split(syntax.places, tokens.tokens(), syntax.diagnostics);
    List<Tree.Statement> statements = syntax.statements(chunks);
    Tree.Program program = new Tree.Program(statements, Origin.of(file.span(0, file.length())));
    return new ParseResult(file, program, syntax.diagnostics, tokens.comments());
  }

  /// Reads a text that has no file; `name` is what errors call it.
  public static ParseResult parse(String name, String text) {
    return parse(new SourceFile(name, text));
  }

  private List<Tree.Statement> statements(List<Splitter.Chunk> chunks) {
    List<Tree.Statement> statements = new ArrayList<>();
    for (Splitter.Chunk chunk : chunks) {
      // The block is read first, so that its faults are reported even where the head has one.
      Optional<List<Tree.Statement>> block = chunk.block().map(this::statements);
      if (chunk.broken()) {
        continue;
      }
      try {
        EinkornParser.StatementContext context = parse(chunk.tokens());
        statements.addAll(new StatementBuilder(places).statements(context, block));
      } catch (SyntaxFault fault) {
        diagnostics.add(fault.diagnostic());
      }
    }
    return statements;
  }

  private EinkornParser.StatementContext parse(List<Token> tokens) {
    CommonToken last = (CommonToken) tokens.getLast();
    CommonToken end = new CommonToken(last);
    end.setType(Token.EOF);
    end.setText("the end of the statement");
    end.setStartIndex(last.getStopIndex() + 1);
    end.setStopIndex(last.getStopIndex());
    List<Token> ended = new ArrayList<>(tokens);
    ended.add(end);
    CommonTokenStream stream = new CommonTokenStream(new ListTokenSource(ended));
    parser.setTokenStream(stream);
    try {
      return parser.line().statement();
    } catch (ParseCancellationException cancelled) {
      if (cancelled.getCause() instanceof RecognitionException cause) {
        throw new SyntaxFault(new SyntaxWords(places, ended, parser).explain(cause));
      }
      throw cancelled;
    } catch (DepthLimitedParser.NestedTooDeep deep) {
      throw new SyntaxFault(SyntaxWords.tooDeep(places.of(deep.token())));
    }
  }
}
