"""Tables, charts and pages as files: xlsx, CSV, PDF, HTML. Knows nothing of contact centres.

A `model.Document` says what stands on the page; `pdf.pdf`, `html.html`, `xlsx.xlsx` and `csv.as_csv` make files of
it. All text comes worded and formatted (`figures.shown`), in the document's language.
"""
