# Databricks notebook source
# Loads the files of a folder that were not loaded before into a Delta table, with COPY INTO.
# A value that the table would store differently fails the run, and nothing is loaded.
import json
import re

dbutils.widgets.text("source", "", "Folder, e.g. /Volumes/main/landing/claims")
dbutils.widgets.text("table", "", "Table, e.g. main.insurance.claims")
dbutils.widgets.text("format", "CSV", "CSV or PARQUET")

source = dbutils.widgets.get("source").strip()
table = dbutils.widgets.get("table").strip()
file_format = dbutils.widgets.get("format").strip().upper()

if not re.fullmatch(r"(/Volumes/|abfss://|s3://|gs://)[^'\"\\`\n]+", source):
    raise ValueError("source must be a folder in a volume (/Volumes/…) or a URL that starts with abfss://, s3:// or gs://.")
if not re.fullmatch(r"[\w-]+(\.[\w-]+){1,2}", table):
    raise ValueError("table must be a name such as main.insurance.claims.")
if file_format not in ("CSV", "PARQUET"):
    raise ValueError("format must be CSV or PARQUET.")

# COMMAND ----------

# Invalid texts must fail a cast, not become NULL.
spark.conf.set("spark.sql.ansi.enabled", "true")

quoted_table = ".".join(f"`{part}`" for part in table.split("."))
csv_options = {
    "header": "true",
    "inferSchema": "false",
    "mode": "FAILFAST",
    "escape": '"',
    "multiLine": "true",
    "encoding": "UTF-8",
    # The header of every file must name the same columns; by default, it is ignored.
    "enforceSchema": "false",
}


def quoted(name):
    return "`" + name.replace("`", "``") + "`"


def text(value):
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


DAY = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
# Spark drops digits after the microsecond.
TIME = "[T ][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]{0,6}0*)?)?"


def form_of(data_type):
    """The texts that a type stores unchanged, as a regular expression; None if the cast itself refuses the others."""
    if data_type.startswith("decimal"):
        # Spark rounds other places away.
        scale = int(data_type.rstrip(")").split(",")[1])
        return f"^ *[+-]?[0-9]*([.][0-9]{{0,{scale}}}0*)? *$"
    if data_type in ("date", "timestamp_ntz"):
        # Spark ignores a time zone here.
        return f"^ *{DAY}({TIME})? *$"
    if data_type == "timestamp":
        return f"^ *{DAY}({TIME} *([A-Za-z+-].*)?)? *$"
    return None


def column_of(name, data_type):
    """A column of the file with the type of the table. Decimals are never rounded, and dates never lose a time."""
    column = quoted(name)
    if data_type == "string":
        return column
    cast = f"CAST({column} AS {data_type})"
    form = form_of(data_type)
    if form is None:
        return f"{cast} AS {column}"
    same = f"{column} RLIKE {text(form)}"
    if data_type == "date":
        same += f" AND CAST({column} AS TIMESTAMP_NTZ) = CAST({cast} AS TIMESTAMP_NTZ)"
    problem = f"concat('The value ', {column}, ' of the column ', {text(name)}, ' does not fit its type ', {text(data_type)})"
    return f"CASE WHEN {column} IS NULL OR ({same}) THEN {cast} ELSE raise_error({problem}) END AS {column}"


if file_format == "CSV":
    types = {field.name.lower(): field.dataType.simpleString() for field in spark.table(table).schema.fields}
    names = spark.read.options(**csv_options).csv(source).columns
    unknown = [name for name in names if name.lower() not in types]
    if unknown:
        raise ValueError(f"The table {table} lacks columns of the files: {', '.join(unknown)}")
    nested = [name for name in names if types[name.lower()].split("<")[0] in ("array", "map", "struct", "variant", "binary")]
    if nested:
        raise ValueError(f"Columns of these types cannot be loaded from CSV: {', '.join(nested)}")
    columns = ", ".join(column_of(name, types[name.lower()]) for name in names)
    options = ", ".join(f"{text(key)} = {text(value)}" for key, value in csv_options.items())
    files = f"(SELECT {columns} FROM {text(source)}) FILEFORMAT = CSV FORMAT_OPTIONS ({options})"
else:
    files = f"{text(source)} FILEFORMAT = PARQUET"

# Without force, a file that was loaded before is skipped, also if this run is a repetition.
statement = f"COPY INTO {quoted_table} FROM {files} COPY_OPTIONS ('force' = 'false', 'mergeSchema' = 'false')"
result = spark.sql(statement).first().asDict()

# COMMAND ----------

dbutils.notebook.exit(json.dumps({"table": table, "rows": int(result["num_inserted_rows"])}))
