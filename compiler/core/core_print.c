// SPDX-License-Identifier: Apache-2.0
//
// Core as s-expressions: what a module means, for people and tests. Variables are written NAME.ID. Deep nests are cut
// at PRINT_DEPTH_MAX.
#include "compiler/core/core.h"
#include "compiler/emit/emit.h"

enum { PRINT_DEPTH_MAX = 1000 };

typedef struct Printer {
  Names *names;
  Buffer *out;
  uint32_t depth;
} Printer;

static void expr(Printer *p, const Core *core);
static void pattern(Printer *p, const CorePattern *pat);

static void text(Printer *p, const char *t) { buffer_text(p->out, t); }

static void line(Printer *p) {
  buffer_byte(p->out, '\n');
  for (uint32_t i = 0; i < p->depth && i < 40; i++) text(p, "  ");
}

static void var(Printer *p, const CoreVar *v) { buffer_format(p->out, "%s.%u", v->name ? v->name->text : "_", v->id); }

static void exprs(Printer *p, Core *const *args, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    buffer_byte(p->out, ' ');
    expr(p, args[i]);
  }
}

static const char *const SEGMENT_NAMES[] = {[SEG_INTEGER] = "integer", [SEG_FLOAT] = "float", [SEG_BINARY] = "binary",
                                            [SEG_UTF8] = "utf8",       [SEG_UTF16] = "utf16", [SEG_UTF32] = "utf32"};

static void segments(Printer *p, const CoreSegment *s, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    buffer_format(p->out, " (seg %s ", SEGMENT_NAMES[s[i].type]);
    if (s[i].pattern) {
      pattern(p, s[i].pattern);
    } else if (s[i].value) {
      expr(p, s[i].value);
    }
    if (s[i].size) {
      text(p, " size ");
      expr(p, s[i].size);
    }
    buffer_format(p->out, " unit %u%s%s)", s[i].unit, s[i].is_signed ? " signed" : "", s[i].little ? " little" : "");
  }
}

static void pattern(Printer *p, const CorePattern *pat) {
  static const char *const KINDS[] = {[PAT_CONS] = "cons", [PAT_TUPLE] = "tuple", [PAT_BOTH] = "both"};
  if (++p->depth > PRINT_DEPTH_MAX) {
    text(p, "...");
    p->depth--;
    return;
  }
  switch (pat->kind) {
    case PAT_ANY: text(p, "_"); break;
    case PAT_VAR: var(p, pat->var); break;
    case PAT_LITERAL: quoted_print(p->names, p->out, pat->literal); break;
    case PAT_PIN:
      text(p, "(pin ");
      expr(p, pat->expr);
      text(p, ")");
      break;
    case PAT_CONS:
    case PAT_TUPLE:
    case PAT_BOTH: {
      uint32_t count = pat->kind == PAT_TUPLE ? pat->count : 2;
      buffer_format(p->out, "(%s", KINDS[pat->kind]);
      for (uint32_t i = 0; i < count; i++) {
        text(p, " ");
        pattern(p, pat->items[i]);
      }
      text(p, ")");
      break;
    }
    case PAT_MAP:
      text(p, "(map");
      for (uint32_t i = 0; i < pat->count; i++) {
        text(p, " (");
        expr(p, pat->keys[i]);
        text(p, " ");
        pattern(p, pat->items[i]);
        text(p, ")");
      }
      text(p, ")");
      break;
    case PAT_BINARY:
      text(p, "(binary");
      segments(p, pat->segments, pat->count);
      text(p, ")");
      break;
  }
  p->depth--;
}

static void clauses(Printer *p, const CoreClause *clause, uint32_t count) {
  for (uint32_t i = 0; i < count; i++, clause++) {
    p->depth++;
    line(p);
    text(p, "(clause (");
    for (uint32_t j = 0; j < clause->pattern_count; j++) {
      if (j) text(p, " ");
      pattern(p, clause->patterns[j]);
    }
    text(p, ") (");
    for (uint32_t j = 0; j < clause->guard_count; j++) {
      if (j) text(p, " ");
      expr(p, clause->guards[j]);
    }
    text(p, ")");
    p->depth++;
    line(p);
    expr(p, clause->body);
    text(p, ")");
    p->depth -= 2;
  }
}

static void branches(Printer *p, const Core *core) {
  static const char *const FAILS[] = {[FAIL_CASE] = "case", [FAIL_COND] = "cond", [FAIL_WITH] = "with", [FAIL_TRY] = "try",
                                      [FAIL_MATCH] = "match", [FAIL_BAD_BOOLEAN] = "boolean", [FAIL_NONE] = "none"};
  if (core->kind == CORE_CASE) {
    text(p, "(case");
    exprs(p, core->args, 1);
    buffer_format(p->out, " %s", FAILS[core->u.branch.on_fail]);
    clauses(p, core->u.branch.clauses, core->u.branch.clause_count);
  } else if (core->kind == CORE_FUN) {
    buffer_format(p->out, "(fn %u", core->u.branch.arity);
    clauses(p, core->u.branch.clauses, core->u.branch.clause_count);
  } else if (core->kind == CORE_RECEIVE) {
    text(p, "(receive");
    clauses(p, core->u.branch.clauses, core->u.branch.clause_count);
    if (core->u.branch.timeout) {
      text(p, " (after ");
      expr(p, core->u.branch.timeout);
      text(p, " ");
      expr(p, core->u.branch.after_body);
      text(p, ")");
    }
  } else {
    text(p, "(try");
    exprs(p, core->args, 1);
    if (core->u.branch.else_count) {
      text(p, " (else");
      clauses(p, core->u.branch.else_clauses, core->u.branch.else_count);
      text(p, ")");
    }
    if (core->u.branch.clause_count) {
      text(p, " (catch ");
      if (core->u.branch.stack_var) {
        var(p, core->u.branch.stack_var);
      } else {
        text(p, "_");
      }
      clauses(p, core->u.branch.clauses, core->u.branch.clause_count);
      text(p, ")");
    }
    if (core->u.branch.after_body) {
      text(p, " (after ");
      expr(p, core->u.branch.after_body);
      text(p, ")");
    }
  }
  text(p, ")");
}

static void named(Printer *p, const char *what, const Core *core) {
  buffer_format(p->out, "(%s", what);
  exprs(p, core->args, core->count);
  text(p, ")");
}

static void letrec(Printer *p, const Core *core) {
  const CoreLetrec *l = core->u.letrec;
  text(p, "(letrec (");
  for (uint32_t i = 0; i < l->param_count; i++) {
    if (i) text(p, " ");
    var(p, l->params[i]);
  }
  text(p, ")");
  p->depth++;
  line(p);
  expr(p, l->body);
  line(p);
  expr(p, core->args[0]);
  p->depth--;
  text(p, ")");
}

static void expr(Printer *p, const Core *core) {
  if (++p->depth > PRINT_DEPTH_MAX) {
    text(p, "...");
    p->depth--;
    return;
  }
  switch (core->kind) {
    case CORE_LITERAL: quoted_print(p->names, p->out, core->u.literal); break;
    case CORE_VAR: var(p, core->u.var); break;
    case CORE_CONS: named(p, "cons", core); break;
    case CORE_TUPLE: named(p, "tuple", core); break;
    case CORE_MAP: named(p, "map", core); break;
    case CORE_MAP_UPDATE: named(p, "map-update", core); break;
    case CORE_MAP_PUT: named(p, "map-put", core); break;
    case CORE_RAISE: named(p, "raise", core); break;
    case CORE_BINARY:
      text(p, "(binary");
      segments(p, core->u.binary.segments, core->u.binary.count);
      text(p, ")");
      break;
    case CORE_LOCAL:
      buffer_format(p->out, "(local %s", core->u.local.name->text);
      exprs(p, core->args, core->count);
      text(p, ")");
      break;
    case CORE_LOCAL_REF: buffer_format(p->out, "(ref %s %u)", core->u.local.name->text, core->u.local.arity); break;
    case CORE_REMOTE:
    case CORE_REMOTE_REF:
      text(p, core->kind == CORE_REMOTE ? "(call " : "(remote-ref ");
      expr(p, core->u.remote.module);
      text(p, " ");
      expr(p, core->u.remote.function);
      exprs(p, core->args, core->count);
      text(p, ")");
      break;
    case CORE_APPLY_FUN:
      text(p, "(apply ");
      expr(p, core->u.callee);
      exprs(p, core->args, core->count);
      text(p, ")");
      break;
    case CORE_MATCH:
      text(p, "(match ");
      pattern(p, core->u.pattern);
      exprs(p, core->args, 1);
      text(p, ")");
      break;
    case CORE_SEQ:
      text(p, "(seq");
      for (uint32_t i = 0; i < core->count; i++) {
        line(p);
        expr(p, core->args[i]);
      }
      text(p, ")");
      break;
    case CORE_FUN:
    case CORE_CASE:
    case CORE_RECEIVE:
    case CORE_TRY: branches(p, core); break;
    case CORE_LETREC: letrec(p, core); break;
    case CORE_CALL_LETREC: named(p, "call-letrec", core); break;
  }
  p->depth--;
}

void core_print(Names *names, Buffer *out, const CoreModule *module) {
  Printer p = {names, out, 0};
  buffer_format(out, "(module %s", module->name->text);
  for (uint32_t i = 0; i < module->function_count; i++) {
    const CoreFunction *f = module->functions[i];
    p.depth = 1;
    line(&p);
    buffer_format(out, "(function %s %u%s", f->name->text, f->arity, f->exported ? " exported" : "");
    clauses(&p, f->clauses, f->clause_count);
    text(&p, ")");
  }
  text(&p, ")\n");
}
